{ config, lib, own, ... }:
{
  options.my.jobs = lib.mkOption { type = lib.types.listOf lib.types.str; default = [ ]; };
  config.systemd.services = lib.genAttrs (map (j: "fj-${j}") config.my.jobs) (n: { serviceConfig = { ExecStart = "/bin/job ${n}"; Type = "oneshot"; }; startAt = "daily"; });
}
