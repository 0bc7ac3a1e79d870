# A weekly audit of the running system: what wardnix finds in its units, and how
# exposed each service is, as a page for a browser.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.services.wardnix;
in
{
  options.services.wardnix = {
    enable = lib.mkEnableOption "an audit of the services of this system";

    package = lib.mkOption {
      type = lib.types.package;
      default = pkgs.callPackage ./package.nix { };
      defaultText = lib.literalExpression "pkgs.callPackage ./package.nix { }";
      description = "The wardnix to run.";
    };

    dates = lib.mkOption {
      type = lib.types.str;
      default = "weekly";
      example = "Mon 04:00";
      description = "When the audit runs: a calendar time of systemd.time(7). A missed run starts after the next boot.";
    };

    baselines = lib.mkOption {
      type = lib.types.listOf (lib.types.either lib.types.str lib.types.path);
      default = [ "light" ];
      example = lib.literalExpression "[ \"strict\" ./baseline.nix ]";
      description = "The baselines to compare units with, in addition to those that apply on their own: names and files.";
    };

    format = lib.mkOption {
      type = lib.types.str;
      default = "html";
      example = "json";
      description = "The format of the report, one that wardnix audit --format supports. The report is /var/lib/wardnix/report.FORMAT.";
    };
  };

  config = lib.mkIf cfg.enable {
    systemd.timers.wardnix.timerConfig.Persistent = true;
    systemd.services.wardnix = {
      description = "Audit of the services of this system";
      startAt = cfg.dates;
      serviceConfig = {
        Type = "oneshot";
        ExecStart = lib.concatStringsSep " " (
          [ "${cfg.package}/bin/wardnix audit" ]
          ++ map (name: "--baseline=${name}") cfg.baselines
          ++ [
            "--format=${cfg.format}"
            "--output-file=%S/wardnix/report.${cfg.format}"
            "/run/current-system"
          ]
        );
        # 1 says that something was found.
        SuccessExitStatus = [ 1 ];

        # It reads the system and writes its report, as a user who exists only meanwhile.
        DynamicUser = true;
        StateDirectory = "wardnix";
        UMask = "0077";
        PrivateUsers = true;
        PrivatePIDs = true;
        PrivateDevices = true;
        PrivateMounts = true;
        PrivateNetwork = true;
        PrivateTmp = true;
        ProcSubset = "pid";
        ProtectProc = "invisible";
        ProtectSystem = "strict";
        ProtectHome = true;
        ProtectHostname = true;
        ProtectClock = true;
        ProtectKernelTunables = true;
        ProtectKernelModules = true;
        ProtectKernelLogs = true;
        ProtectControlGroups = true;
        CapabilityBoundingSet = "";
        AmbientCapabilities = "";
        RestrictAddressFamilies = "none";
        SystemCallArchitectures = "native";
        SystemCallFilter = [
          "@system-service"
          "~@privileged"
          "~@resources"
        ];
        KeyringMode = "private";
        NoNewPrivileges = true;
        LockPersonality = true;
        MemoryDenyWriteExecute = true;
        RestrictRealtime = true;
        RestrictSUIDSGID = true;
        RestrictNamespaces = true;
        RemoveIPC = true;
        IPAddressDeny = "any";
      };
    };
  };
}
