//! A place among the members of a group, and the lists of them: JSON and files have a name, or a list of names, for each.

use super::split_names;
use crate::store::group::Member;
use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};
use serde::{Serialize, Serializer};
use std::fmt;

/// What runs at one place of a group: a module, or several side by side.
#[derive(Clone, Debug, PartialEq)]
pub struct Place(pub Vec<String>);

impl Place {
    /// The place of one module.
    pub fn one(module: String) -> Place {
        Place(vec![module])
    }
}

impl Serialize for Place {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [one] => one.serialize(serializer),
            several => several.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Place, D::Error> {
        struct One;
        impl<'de> Visitor<'de> for One {
            type Value = Place;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name, or a list of names of modules that run side by side")
            }
            fn visit_str<E: de::Error>(self, name: &str) -> Result<Place, E> {
                Ok(Place::one(name.to_owned()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Place, A::Error> {
                let mut names = Vec::new();
                while let Some(name) = list.next_element()? {
                    names.push(name);
                }
                Ok(Place(names))
            }
        }
        deserializer.deserialize_any(One)
    }
}

/// A list of places: an array, or text as the flags have it.
pub(super) fn places<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Place>, D::Error> {
    struct Places;
    impl<'de> Visitor<'de> for Places {
        type Value = Vec<Place>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of names, or names with commas between them")
        }
        fn visit_str<E: de::Error>(self, text: &str) -> Result<Vec<Place>, E> {
            Ok(split(text))
        }
        fn visit_unit<E: de::Error>(self) -> Result<Vec<Place>, E> {
            Ok(Vec::new())
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<Place>, A::Error> {
            let mut places = Vec::new();
            while let Some(place) = list.next_element()? {
                places.push(place);
            }
            Ok(places)
        }
    }
    deserializer.deserialize_any(Places)
}

/// Places with commas between them; of several modules at one place, with `+` between those.
pub fn split(text: &str) -> Vec<Place> {
    let names = |place: &String| place.split('+').map(str::trim).filter(|n| !n.is_empty()).map(str::to_owned).collect();
    split_names(text).iter().map(|place| Place(names(place))).collect()
}

/// What there is to say of each member, with those of one place together. They come in their order.
pub(super) fn of<T>(members: &[Member], what: impl Fn(&Member) -> T) -> Vec<Vec<T>> {
    members.chunk_by(|a, b| a.run_order == b.run_order).map(|place| place.iter().map(&what).collect()).collect()
}
