-- The warehouse: names for people, and types that say what they hold.
CREATE TABLE customer (customer TEXT PRIMARY KEY, name TEXT NOT NULL, city TEXT, since DATE, until DATE);
CREATE TABLE order_line (
  order_no INTEGER, line_no INTEGER, item TEXT, quantity DECIMAL(9,0), price DECIMAL(15,4), changed_at TIMESTAMP,
  PRIMARY KEY (order_no, line_no)
);
CREATE TABLE event (event_no INTEGER PRIMARY KEY, order_no INTEGER, what TEXT, at TIMESTAMP);
CREATE TABLE event_count (what TEXT PRIMARY KEY, events INTEGER);
