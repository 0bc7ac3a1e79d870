{ systemd.services.fd.serviceConfig = { ExecStart = "/bin/fd"; SystemCallFilter = [ "@system-service" ]; }; }
