{ config, lib, ... }:
{
  options.services.tunnels = lib.mkOption {
    default = { };
    type = lib.types.attrsOf (lib.types.submodule {
      options.host = lib.mkOption { type = lib.types.str; };
    });
  };
  config.systemd.services = lib.mapAttrs' (
    name: tunnel:
    lib.nameValuePair "tunnel-${name}" {
      serviceConfig = {
        ExecStart = "/bin/tunnel ${tunnel.host}";
        DynamicUser = true;
      };
    }
  ) config.services.tunnels;
}
