# Definitions of units that are modules of their own.
{ lib, config, ... }:
let
  hardening = { lib, ... }: { serviceConfig.PrivateTmp = true; serviceConfig.UMask = lib.mkDefault "0077"; };
  named = { name, ... }: { description = "of ${name}"; serviceConfig.ReadOnlyPaths = [ "/${name}" ]; };
in
{
  imports = [
    { systemd.services.function = { serviceConfig.Nice = 1; serviceConfig.ReadOnlyPaths = [ "/a" ]; }; }
  ];
  systemd.services = {
    function = { name, config, ... }: { description = "the ${name}"; serviceConfig.SyslogIdentifier = config.description; serviceConfig.ReadOnlyPaths = [ "/b" ]; };
    importing = { ... }: {
      imports = [ hardening named ];
      serviceConfig.UMask = "0027";
      serviceConfig.ReadOnlyPaths = [ "/own" ];
    };
    spelt = { lib, ... }: {
      imports = [ named ];
      config = lib.mkMerge [ { serviceConfig.Nice = 2; } (lib.mkIf true { serviceConfig.CPUWeight = 3; }) (lib.mkIf false { serviceConfig.User = "no"; }) ];
    };
    several = lib.mkMerge [ named hardening { serviceConfig.Nice = 3; } ];
    forced = lib.mkMerge [ (lib.mkForce named) { serviceConfig.Nice = 3; } ];
    own = { config, ... }: {
      config = lib.mkIf (config.description == "") { serviceConfig.Nice = 5; };
    };
    nested = _: { imports = [ { imports = [ hardening ]; serviceConfig.Nice = 4; } ]; };
  };
}
