{ config, lib, ... }:
let inherit (lib) mkOption types; in
{
  options.my.daemons = mkOption {
    default = { };
    type = types.attrsOf (types.submodule ({ name, config, ... }: {
      options = {
        enable = mkOption { type = types.bool; default = true; };
        command = mkOption { type = types.str; default = "/bin/${name}"; };
        harden = mkOption { type = types.bool; default = config.enable; };
        extra = mkOption { type = types.attrs; default = { }; };
      };
    }));
  };
  config = {
    my.daemons.submodulesa = { };
    my.daemons.submodulesb = { command = "/bin/other"; harden = false; extra.Nice = 5; };
    my.daemons.submodulesc.enable = false;
    systemd.services = lib.mapAttrs (n: d: {
      serviceConfig = { ExecStart = d.command; } // lib.optionalAttrs d.harden { PrivateTmp = true; } // d.extra;
    }) (lib.filterAttrs (_: d: d.enable) config.my.daemons);
  };
}
