# The project says more of every service.
{ lib, ... }:
{
  options.systemd.services = lib.mkOption {
    type = lib.types.attrsOf (
      lib.types.submodule [
        (
          { name, config, ... }:
          {
            options.hardened = lib.mkEnableOption "hardening";
            config = lib.mkMerge [
              {
                serviceConfig = lib.mkIf config.hardened (
                  lib.mapAttrs (_: lib.mkOptionDefault) {
                    PrivateTmp = true;
                    ProtectSystem = "full";
                  }
                );
              }
              (lib.mkIf (name != "plain") {
                serviceConfig.SystemCallFilter = [ "~@mount" ];
                unitConfig.StartLimitBurst = lib.mkDefault 15;
              })
            ];
          }
        )
        { onFailure = [ "mail@%n.service" ]; }
      ]
    );
  };
  config.systemd.services = {
    web = {
      hardened = true;
      unitConfig.StartLimitBurst = 3;
      serviceConfig = {
        ExecStart = "/bin/web";
        ProtectSystem = "strict";
        SystemCallFilter = [ "~@swap" ];
      };
    };
    plain.serviceConfig.ExecStart = "/bin/plain";
    quiet = {
      serviceConfig.ExecStart = "/bin/quiet";
      onFailure = lib.mkForce [ ];
    };
  };
}
