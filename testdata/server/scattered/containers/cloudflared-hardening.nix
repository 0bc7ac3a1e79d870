# Hardening of the tunnel, apart from its definition
{
  systemd.services."cloudflared-tunnel".serviceConfig = {
    Restart = "always";
    PrivateUsers = true;
    UMask = "0077";

    ProtectSystem = "strict";
    ProtectHome = true;
    PrivateTmp = true;
    ProcSubset = "pid"; ProtectProc = "invisible";

    ProtectKernelTunables = true;
    ProtectKernelModules = true;
    ProtectHostname = true;

    CapabilityBoundingSet = "";
    RestrictAddressFamilies = "AF_INET AF_INET6";
    SystemCallArchitectures = "native";
    SystemCallFilter = [ "@system-service" "~@privileged @resources" ];

    NoNewPrivileges = true;
    LockPersonality = true;
    MemoryDenyWriteExecute = true;
    RestrictRealtime = true;
    RestrictNamespaces = true;
  };
}
