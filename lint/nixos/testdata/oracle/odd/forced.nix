{ lib, ... }:
lib.mkMerge [
  { systemd.services.forced.serviceConfig = { ExecStart = "/bin/old"; ReadWritePath = "/typo"; }; }
  { systemd.services.forced.serviceConfig = lib.mkForce { ExecStart = "/bin/forced"; PrivateTmp = true; }; }
]
