{ config, lib, own, ... }:
{
  systemd.services.fb = lib.mkMerge [
    (own.service { ExecStart = "/bin/fb"; })
    { inherit (config.systemd.services.fa) wantedBy; serviceConfig.ProtectHome = lib.mkForce "read-only"; }
  ];
  systemd.services.fa.wantedBy = [ "multi-user.target" ];
}
