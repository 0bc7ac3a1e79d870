{ config, lib, ... }:
{
  imports = [
    ({ lib, ... }: {
      systemd.services.m.serviceConfig = {
        L = [ "imported" ];
        Default = lib.mkDefault "weak";
        Force = "weak";
        Same = true;
        ListLost = lib.mkDefault [ "lost" ];
      };
      systemd.services.m.after = [ "imported.target" ];
      systemd.services.dropped.serviceConfig.Lost = true;
      systemd.services.kept.serviceConfig = lib.mkDefault { Lost = true; };
    })
    { systemd.services.m.serviceConfig.L = lib.mkAfter [ "second" ]; }
  ];
  config = lib.mkMerge [
    {
      systemd.services.m = {
        serviceConfig.L = [ "one" ];
        after = [ "one.target" ];
      };
    }
    {
      systemd.services.m = lib.mkMerge [
        { serviceConfig.L = [ "two" ]; after = [ "two.target" ]; }
        { serviceConfig.L = lib.mkBefore [ "three" ]; after = lib.mkAfter [ "three.target" ]; }
        (lib.mkIf false { serviceConfig.Never = true; })
        (lib.mkIf true { serviceConfig.Always = true; })
      ];
    }
    {
      systemd.services.m.serviceConfig = lib.mkMerge [
        { L = lib.mkMerge [ [ "four" ] [ "five" ] ]; }
        { L = [ "six" ]; Default = "strong"; Force = lib.mkForce "strong"; Same = true; }
        { ListLost = [ "kept" ]; Ordered = lib.mkOrder 1 [ "a" ]; }
        { Ordered = [ "b" ]; }
      ];
      systemd.services.dropped.serviceConfig = lib.mkForce { Kept = 1; };
      systemd.services.kept.serviceConfig = { Kept = 1; };
      systemd.services.late.serviceConfig.ExecStart = if config.systemd.services.masked.enable then "/bin/a" else "/bin/b";
      systemd.services.masked.enable = false;
    }
  ];
}
