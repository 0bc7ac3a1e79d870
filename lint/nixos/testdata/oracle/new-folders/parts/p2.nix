{ own, name }: { ... }: { systemd.services = own.many (n: own.service { ExecStart = "/bin/${n}"; Nice = 2; }) [ "fm1" "fm2" ]; }
