# Priorities at every level, and definitions in every shape.
{ lib, config, ... }:
let
  inherit (lib) mkForce mkDefault mkOverride mkMerge mkIf mkBefore mkAfter mkOptionDefault mkVMOverride;
in
{
  imports = [
    {
      systemd.services = {
        unit-forced.serviceConfig = { Nice = 1; User = "lost"; };
        unit-default.serviceConfig.Nice = 1;
        set-default = { description = "kept"; serviceConfig.Nice = 1; };
        all-forced.serviceConfig.Nice = 1;
        env.environment = { A = "1"; B = "2"; C = "3"; };
        env-forced.environment = { A = "1"; };
        lists = { after = [ "a.target" ]; wants = mkDefault [ "w.target" ]; before = mkForce [ "b.target" ]; };
        scripts = { script = "second"; preStart = mkDefault "lost"; };
        timed.startAt = "daily";
        limits.startLimitIntervalSec = mkDefault 1;
        fn = { name, config, ... }: { description = "of ${name}"; serviceConfig.Nice = 2; };
      };
    }
    (mkIf true { systemd.services.in-if.serviceConfig.Nice = 1; })
    { config = mkMerge [ (mkIf false { systemd.services.never.serviceConfig.Nice = 1; }) { systemd.services.in-if.serviceConfig.CPUWeight = 1; } ]; }
    { _file = "somewhere"; key = "keyed"; systemd.services.keyed.serviceConfig.ReadOnlyPaths = [ "/once" ]; }
    { _file = "somewhere"; key = "keyed"; systemd.services.keyed.serviceConfig.ReadOnlyPaths = [ "/twice" ]; }
  ];
  config.systemd = mkMerge [
    {
      services.unit-forced = mkForce { serviceConfig.Nice = 2; };
      services.unit-default = mkDefault { serviceConfig = { Nice = 2; User = "lost"; }; };
      services.set-default.serviceConfig = mkDefault { User = "lost"; };
      services.env.environment = { A = mkForce null; B = mkIf false "0"; C = mkForce "4"; D = mkDefault "5"; };
      services.env-forced.environment = mkForce { B = "2"; };
      services.lists = { after = mkBefore [ "z.target" ]; wants = [ "v.target" ]; before = [ "lost.target" ]; };
      services.scripts = { script = mkBefore "first"; preStart = "kept"; postStop = mkMerge [ "one" (mkAfter "three") "two" ]; };
      services.timed = { startAt = mkForce [ "weekly" "monthly" ]; };
      timers.timed.timerConfig = { Persistent = true; };
      services.limits = { startLimitIntervalSec = 3; };
      services.fn = { config, ... }: { serviceConfig.SyslogIdentifier = config.description; };
    }
    { services.unit-forced.serviceConfig.CPUWeight = 3; }
    { services.all-forced = mkForce { serviceConfig.Nice = 2; }; }
    (mkIf true (mkMerge [
      { services.nested = mkIf true (mkMerge [ { serviceConfig = mkIf true { Nice = mkIf true (mkForce 1); }; } { serviceConfig.Nice = 2; } ]); }
      { services.nested.serviceConfig = mkMerge [ { CPUWeight = mkOverride 90 1; } { CPUWeight = mkOverride 91 2; } ]; }
    ]))
    {
      services.orders.serviceConfig = {
        ReadOnlyPaths = mkMerge [ (mkAfter [ "/d" ]) [ "/b" ] (mkBefore [ "/a" ]) (lib.mkOrder 1200 [ "/c" ]) ];
        ReadWritePaths = mkForce (mkBefore [ "/x" ]);
        Nice = mkOptionDefault 4;
        CPUWeight = mkMerge [ (mkOptionDefault 4) (mkDefault 5) ];
      };
      services.orders.unitConfig = mkMerge [ { RequiresMountsFor = [ "/a" ]; } (mkIf true { RequiresMountsFor = [ "/b" ]; }) ];
    }
    {
      sockets.sock = { wantedBy = [ "sockets.target" ]; listenStreams = [ "80" ]; socketConfig.ListenStream = [ "81" ]; };
      sockets.sock2 = mkMerge [ { listenStreams = mkDefault [ "80" ]; } { listenStreams = [ "81" ]; socketConfig = mkForce { Accept = true; }; } ];
      targets.tgt = { wants = [ "a.service" ]; unitConfig.Wants = mkForce "b.service"; };
      slices.slc.sliceConfig = { CPUWeight = mkDefault 1; MemoryMax = "1G"; };
      paths.pth.pathConfig = { PathExists = [ "/a" "/b" ]; Unit = mkForce "pth.service"; };
      user.services.usr = mkMerge [ { serviceConfig.Nice = mkDefault 1; } { serviceConfig.Nice = 2; } ];
    }
  ];
}
