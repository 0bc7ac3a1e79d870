# The options of units in a checkout of nixpkgs: "services wantedBy listOf" a line.
{ tree }:
let
  lib = import (tree + "/lib");
  old = tree + "/nixos/modules/system/boot/systemd-unit-options.nix";
  options = import old {
    inherit lib;
    config = { };
  };
  types =
    (import (tree + "/nixos/lib/utils.nix") {
      inherit lib;
      config = { };
      pkgs = { };
    }).systemdUtils.types;
  sets =
    if builtins.pathExists old then # up to 21.05
      {
        services = options.serviceOptions;
        sockets = options.socketOptions;
        timers = options.timerOptions;
        paths = options.pathOptions;
        targets = options.targetOptions;
        slices = options.sliceOptions;
        mounts = options.mountOptions;
        automounts = options.automountOptions;
        units = options.concreteUnitOptions;
      }
    else
      lib.genAttrs [ "services" "sockets" "timers" "paths" "targets" "slices" "mounts" "automounts" "units" ] (
        set: removeAttrs (types.${set}.getSubOptions [ ]) [ "_module" ]
      );
  row =
    set: name: option:
    "${set}\t${name}\t${if option._type or "" == "option" then option.type.name or "unspecified" else "attrsOf"}\n";
in
lib.concatStrings (lib.concatLists (lib.mapAttrsToList (set: lib.mapAttrsToList (row set)) sets))
