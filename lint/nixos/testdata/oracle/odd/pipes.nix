{ lib, ... }:
{
  systemd.services = lib.pipe { web = 80; api = 81; } [
    (lib.filterAttrs (_: p: p > 80))
    (lib.mapAttrsToList (n: p: {
      name = "pipes-${n}";
      value.serviceConfig.ExecStart = "/bin/${n} ${toString p}";
    }))
    lib.listToAttrs
  ];
}
