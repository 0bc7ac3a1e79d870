{ config, lib, pkgs, ... }:
let
  hardening = {
    PrivateTmp = true;
    ProtectHome = "read-only";
  };
in
{
  systemd.services.values.serviceConfig = {
    Null = null;
    True = true;
    False = false;
    Int = 42;
    Negative = -1;
    Octal = 0077;
    Float = 1.5;
    Small = 1.0e-3;
    Empty = "";
    EmptyList = [ ];
    Reset = [ "" ];
    Two = [ "a" "b" ];
    Twice = [ "a" "a" ];
    Nested = [ [ "a" "b" ] "c" [ ] ];
    NestedEmpty = [ [ ] ];
    NestedMixed = [ [ true false null 3 [ ] "x" [ "y" ] ] ];
    Mixed = [ true false null 3 ];
    Blanks = "  a # c ";
    Feed = "a\nb";
    Interpolated = "${toString 1}-${hardening.ProtectHome}";
    ToString = toString false;
  };
  systemd.services.unit = {
    description = "A unit";
    documentation = [ "man:a(1)" "man:b(1)" ];
    after = [ "a.service" "b.service" ];
    before = [ "c.service" ];
    wants = [ "a.service" ];
    requires = [ "a.service" ];
    bindsTo = [ "a.service" ];
    partOf = [ "a.service" ];
    conflicts = [ "d.service" ];
    requisite = [ "a.service" ];
    onFailure = [ "e.service" ];
    wantedBy = [ "multi-user.target" "f.target" ];
    startLimitIntervalSec = 5;
    unitConfig.ConditionPathExists = [ "/a" "!/b" ];
    unitConfig.StartLimitBurst = 3;
    serviceConfig = hardening // { ExecStart = "/bin/unit"; };
    environment.A = "b \" c";
    environment.N = null;
  };
  systemd.services.scripts = {
    script = "echo";
    scriptArgs = "%i x";
    preStart = "a";
    postStart = "a";
    preStop = "a";
    postStop = "a";
    reload = "a";
  };
  systemd.services.flags = {
    restartIfChanged = false;
    stopIfChanged = false;
    serviceConfig.ExecStart = "/bin/flags";
  };
  systemd.services.reload = {
    reloadIfChanged = true;
    restartIfChanged = false;
  };
  systemd.services.masked.enable = false;
  systemd.services.timed = { startAt = [ "daily" "weekly" ]; script = "x"; };
  systemd.services.timed2 = { startAt = "hourly"; script = "x"; };
  systemd.timers.timed2.timerConfig.Persistent = true;
  systemd.timers.alone = { wantedBy = [ "timers.target" ]; timerConfig = { OnCalendar = "daily"; RandomizedDelaySec = 5; }; };
  systemd.sockets.listen = {
    wantedBy = [ "sockets.target" ];
    listenStreams = [ "/run/a" "/run/b" ];
    socketConfig = { ListenStream = [ "/run/c" ]; Accept = true; };
  };
  systemd.paths.watch.pathConfig = { PathExists = "/a"; };
  systemd.slices.small.sliceConfig.MemoryMax = "1G";
  systemd.targets.goal = { wants = [ "a.service" ]; wantedBy = [ "x.target" ]; unitConfig.AllowIsolate = true; };
  systemd.mounts = [
    { what = "/dev/a"; where = "/mnt/my-disk/x.y"; type = "ext4"; options = "noatime"; }
  ];
  systemd.automounts = [ { where = "/mnt/auto"; automountConfig.TimeoutIdleSec = 5; } ];
  systemd.user.services.mine = { serviceConfig.ExecStart = "/bin/mine"; wantedBy = [ "default.target" ]; };
  systemd.services."template@" = { serviceConfig.ExecStart = "/bin/t %i"; };
  systemd.services."template@a" = { serviceConfig.Nice = 1; };
}
