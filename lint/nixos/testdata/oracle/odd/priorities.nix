{ lib, ... }:
{
  systemd.services.priorities = lib.mkMerge [
    { serviceConfig = {
      ExecStart = "/bin/priorities";
      ProtectSystem = lib.mkDefault "full";
      ProtectHome = lib.mkOverride 90 "read-only";
      Nice = lib.mkOptionDefault 3;
      SystemCallFilter = lib.mkDefault [ "@system-service" ];
    }; }
    { serviceConfig = { ProtectSystem = "strict"; ProtectHome = true; Nice = lib.mkForce 7; }; }
    { serviceConfig.SystemCallFilter = lib.mkDefault [ "~@privileged" ]; }
  ];
}
