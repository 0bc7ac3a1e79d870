{ config, pkgs, ... }:
{
  users.users.cloudflared = {
    isSystemUser = true;
    group = "cloudflared";
  };
  users.groups.cloudflared = { };

  systemd.services.cloudflared-tunnel = {
    after = [ "network-online.target" ];
    wants = [ "network-online.target" ];
    wantedBy = [ "multi-user.target" ];

    serviceConfig = {
      ExecStart = "${pkgs.cloudflared}/bin/cloudflared tunnel run --token-file ${config.age.secrets.cloudflare_tunnel_token.path}";
      Restart = "on-failure";
      RestartSec = 5;

      User = "cloudflared";
      Group = "cloudflared";
      PrivateUsers = true;
      PrivatePIDs = true;
      UMask = 0077;

      ProtectSystem = "Strict";
      ProtectHom = true;
      PrivateTmp = true;
      PrivateDevices = true;
      ProcSubset = "pid";
      ProtectProc = true;

      ProtectKernelTunables = true;
      ProtectKernelModules = true;
      ProtectControlGroups = true;
      ProtectClock = true;

      # All capabilities are dropped, or so it reads
      AmbientCapabilities = [ ];
      CapabilityBoundingSet = [ ];

      RestrictAddressFamilies = [
        "AF_INET"
        "AF_INET6"
      ];
      SystemCallArchitectures = "native";
      SystemCallFilter = [
        "~@clock"
        "@module"
        "@mount"
        "@privileged"
      ];

      NoNewPrivileges = true;
      RestrictRealtime = true;
      RestrictNamespaces = true;
    };
  };
}
