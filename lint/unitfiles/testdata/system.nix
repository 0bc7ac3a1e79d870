# A NixOS small enough to stand here: the derivations from a system to its units,
# written as nixos/lib/systemd-lib.nix of 20.09 (old) and of 26.11 writes them.
{ old ? false }:
let
  drv = name: attrs: derivation ({ inherit name; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" "echo \"$x\"\n" ]; } // attrs);
  safe = builtins.replaceStrings [ "@" ":" "\\" ] [ "-" "-" "-" ];
  escape = builtins.replaceStrings [ "\\" ] [ "\\\\" ];
  lines = builtins.concatStringsSep "\n";

  unit = name: u: if u.enable or true then
    drv "unit-${safe name}" ({
      inherit (u) text;
    } // (if old then {
      buildCommand = "mkdir -p $out\necho -n \"$text\" > $out/${escape name}\n";
      passAsFile = "buildCommand";
    } else {
      buildCommand = "name=${escape name}\nmkdir -p \"$out/$(dirname -- \"$name\")\"\nmv \"$textPath\" \"$out/$name\"\n";
      passAsFile = [ "buildCommand" "text" ];
    }) // (if u.structured or false then { __structuredAttrs = true; passAsFile = null; } else { }))
  else
    drv "unit-${safe name}-disabled" {
      buildCommand = if old then "mkdir -p $out\nln -s /dev/null $out/${escape name}\n"
        else "name=${escape name}\nmkdir -p \"$out/$(dirname \"$name\")\"\nln -s /dev/null \"$out/$name\"\n";
    };

  systemd = drv "systemd-${if old then "245.6" else "258.1"}" { };
  package = drv "dbus-1.16.2" { };

  # The sets of units, each with what systemd brings of it.
  sets = {
    system = {
      upstream = [ "getty@.service" "systemd-journald.service" "basic.target" ];
      units = {
        "web.service" = { text = "[Unit]\nDescription=\"web\" \\ 50%%\n\n[Service]\nExecStart=/bin/web\nProtectHome=true\n"; aliases = [ "www.service" ]; wantedBy = [ "multi-user.target" ]; };
        "job@.service" = { text = "[Service]\nExecStart=/bin/job %i\n"; aliases = [ "task@.service" ]; };
        "mnt-a\\x2db.mount" = { text = "[Mount]\nWhat=/dev/sda\nWhere=/mnt/a-b\n"; };
        "off.service" = { enable = false; };
        "getty@.service" = { text = "[Service]\nExecStart=\nExecStart=/bin/agetty %I\n"; };
        "dbus.service" = { text = "[Service]\nX-Reload=true\n"; };
        "forced.service" = { text = "[Service]\nExecStart=/bin/forced\n"; strategy = "asDropin"; };
        "structured.service" = { text = "[Service]\nExecStart=/bin/structured\n"; structured = true; };
        "multi-user.target" = { text = "[Unit]\n"; };
      };
    };
    user = {
      upstream = [ ];
      units."mine.service" = { text = "[Service]\nExecStart=/bin/mine\n"; };
    };
    initrd = {
      upstream = [ "basic.target" ];
      units."early.service" = { text = "[Service]\nExecStart=/bin/early\n"; };
    };
  };

  set = type: { upstream, units }:
    let
      names = builtins.attrNames units;
      of = wanted: builtins.filter (n: (units.${n}.strategy or "asDropinIfExists") == wanted) names;
      outputs = wanted: builtins.concatStringsSep " " (map (n: "${unit n units.${n}}") (of wanted));
      each = f: lines (builtins.concatMap f names);
    in drv "${type}-units" {
      passAsFile = [ "buildCommand" ];
      buildCommand = ''
        mkdir -p $out

        for i in ${toString upstream}; do
          fn=${systemd}/example/systemd/${type}/$i
          if ! [ -e $fn ]; then echo "missing $fn"; false; fi
          ln -s $fn $out/
        done

        packages="${package} ${package}"

        for i in ''${!unique_packages[@]}; do
          for fn in $i/etc/systemd/${type}/* $i/lib/systemd/${type}/*; do
            ln -s $fn $out/
          done
        done

        for i in ${outputs "asDropinIfExists"}; do
          fn=$(basename $i/*)
          if [ -e $out/$fn ]; then
            ln -s $i/$fn $out/$fn.d/overrides.conf
          fi
        done

        for i in ${outputs "asDropin"}; do
          fn=$(basename $i/*)
          mkdir -p $out/$fn.d
          ln -s $i/$fn $out/$fn.d/overrides.conf
        done

        ${each (n: map (a: "ln -sfn '${n}' $out/'${a}'") (units.${n}.aliases or [ ]))}

        ${each (n: map (w: "mkdir -p $out/'${w}.wants'\nln -sfn '../${n}' $out/'${w}.wants'/") (units.${n}.wantedBy or [ ]))}

        ln -s multi-user.target $out/default.target
      '';
    };

  label = if old then "20.09pre-git" else "26.11pre-git";

  # A container, as nixos/modules/virtualisation/nixos-containers.nix has it in /etc.
  container = drv "nixos-system-inner-${label}" {
    etc = drv "etc" { system = set "system" { upstream = [ ]; units."inner.service".text = "[Service]\nExecStart=/bin/inner\n"; }; };
  };
  conf = drv (if old then "etc-inner.conf" else "etc-nixos-containers-inner.conf") { text = "\nPRIVATE_NETWORK=1\n  SYSTEM_PATH=${container}\n"; };
  other = drv "etc-other.conf" { text = "KEY=value\n"; };

  etc = drv "etc" { system = set "system" sets.system; user = set "user" sets.user; inherit conf other; };
  initrd = drv "initrd-linux-6.12" { units = set "initrd" sets.initrd; };
in {
  system = drv "nixos-system-stand-in-${label}" { inherit etc initrd; nixosLabel = "custom"; };
  texts = builtins.mapAttrs (_: s: builtins.mapAttrs (_: u: u.text or null) s.units) sets;
}
