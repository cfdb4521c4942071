# shellcheck shell=bash
# What deploy.sh says, and how it changes files: each only where it is not as it should be.

changes=0
steps=9
step=0
title=""

begin() { # what the step is about
  step=$((step + 1))
  title=$1
  echo "[$step/$steps] $title"
}

fine() { echo "  ok  $1"; }
note() { echo "  !   $1"; }

stop() { # what went wrong, what to do about it
  {
    echo
    echo "deploy.sh stopped at step $step of $steps ($title): $1"
    echo "  next: $2"
    echo "  Then run deploy.sh again: what is done stays done."
  } >&2
  exit 1
}

change() { # what is done, the command that does it
  local what=$1
  shift
  changes=$((changes + 1))
  if $dry_run; then
    echo "  --  would: $what"
    return
  fi
  echo "  *   $what"
  "$@" || stop "could not $what" "mend what is said above"
}

is_same() { # file, where it belongs, its mode
  [ -f "$2" ] && [ ! -L "$2" ] && [ "$(stat -c %a "$2")" = "$3" ] && { [ -n "$prefix" ] || [ "$(stat -c %u "$2")" = 0 ]; } &&
    cmp -s "$1" "$2"
}

put() { # folder, mode, files: each is replaced in one step
  local folder=$1 mode=$2 file to
  shift 2
  mkdir -p "$folder" || return
  for file; do
    to=$folder/${file##*/}
    install -m "$mode" "$file" "$to.new" && mv -fT "$to.new" "$to" || return
  done
}

place() { # what it is, folder, mode, files
  local what=$1 folder=$2 mode=$3 file new=()
  shift 3
  for file; do
    is_same "$file" "$prefix$folder/${file##*/}" "$mode" || new+=("$file")
  done
  if [ ${#new[@]} = 0 ]; then
    fine "$what"
  else
    change "install $what: ${#new[@]} file(s) into $folder" put "$prefix$folder" "$mode" "${new[@]}"
  fi
}

own() { # path, owner:group, mode: of something that is there
  local path=$prefix$1
  if [ -n "$prefix" ]; then
    [ "$(stat -Lc %a "$path")" = "$3" ] || chmod "$3" "$path"
  elif [ "$(stat -Lc %U:%G/%a "$path")" != "$2/$3" ]; then
    # A new owner takes the setgid bit away.
    chown "$2" "$path" && chmod "$3" "$path"
  fi
}

folder() { # path, owner:group, mode
  local path=$prefix$1
  if [ ! -d "$path" ]; then
    change "make $1 ($2, $3)" make_folder "$@"
  elif [ "$(stat -Lc %a "$path")" != "$3" ] || { [ -z "$prefix" ] && [ "$(stat -Lc %U:%G "$path")" != "$2" ]; }; then
    change "give $1 to $2, mode $3" own "$@"
  else
    fine "$1"
  fi
}

make_folder() { mkdir -p "$prefix$1" && own "$@"; }
