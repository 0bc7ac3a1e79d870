{ lib, ... }: { systemd.services.fd.serviceConfig.SystemCallFilter = lib.mkAfter [ "~@privileged" ]; }
