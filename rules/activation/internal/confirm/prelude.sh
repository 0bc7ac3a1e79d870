# Functions for the scripts of the cases.

# show UNIT PROPERTY… prints the values of properties in one line.
show() {
  unit=$1; shift
  values=
  for property; do values="$values $property=$(systemctl show --property "$property" --value "$unit")"; done
  echo "$unit$values"
}

# start UNIT… starts units, and prints why that fails, without advice.
start() { systemctl start "$@" 2>&1 | grep -v -e '^See ' -e '^Warning: ' || true; }

# logged PATTERN reports whether systemd logged a line.
logged() { journalctl --sync; journalctl --boot --output=cat _PID=1 | grep -q -- "$1" && echo "logged: $1"; }
