{ suffix }: { ... }: { systemd.services."fz-${suffix}".serviceConfig.ExecStart = "/bin/${suffix}"; }
