{ own, ... }: { systemd.services.fa = own.service { ExecStart = "/bin/fa"; }; }
