# The units of a configuration as NixOS itself derives them.
# { src, file, names } -> { "x.service" = { text, enable }; … }, names being a list as JSON.
{ src, file, names }:
let
  lib = import (src + "/lib");
  base = {
    fileSystems."/" = {
      device = "/dev/sda";
      fsType = "ext4";
    };
    boot.loader.grub.enable = false;
    # A tree may be without packages.
    nixpkgs.overlays = [ (_: prev: { cloudflared = prev.cloudflared or "/cloudflared"; }) ];
    # What agenix would declare.
    options.age.secrets = lib.mkOption {
      default = { };
      type = lib.types.attrsOf (
        lib.types.submodule (
          { name, ... }:
          {
            freeformType = lib.types.attrs;
            options.path = lib.mkOption {
              type = lib.types.str;
              default = "/run/agenix/${name}";
            };
          }
        )
      );
    };
  };
  module = {
    inherit (base) options;
    config = removeAttrs base [ "options" ];
  };
  inherit
    (import (src + "/nixos/lib/eval-config.nix") {
      system = "x86_64-linux";
      modules = [
        module
        file
      ];
    })
    config
    ;
  unit =
    u:
    let
      text = builtins.tryEval (builtins.unsafeDiscardStringContext (if u.text == null then "" else u.text));
    in
    {
      text = if text.success then text.value else null;
      enable = u.enable or true;
    };
in
lib.genAttrs (builtins.fromJSON names) (name: unit config.systemd.units.${name})
