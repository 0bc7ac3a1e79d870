{ lib, config, ... }:
lib.mkIf (config.networking.hostName != "nope") (lib.mkIf true (lib.mkMerge [
  { systemd.services.conditions = lib.mkIf true (lib.mkMerge [ { serviceConfig.ExecStart = "/bin/conditions"; } (lib.mkIf false { serviceConfig.User = "never"; }) ]); }
  (lib.mkIf false { systemd.services.conditions.serviceConfig.Frobnicate = true; })
]))
