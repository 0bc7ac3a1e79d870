{ own, name }: { lib, ... }: { systemd.services."fp-${lib.removeSuffix ".nix" name}" = own.service { ExecStart = "/bin/${name}"; }; }
