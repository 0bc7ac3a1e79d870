{ lib, ... }: { systemd.services.fa.serviceConfig = { PrivateDevices = lib.mkDefault true; ReadWritePaths = [ (toString /srv/x) ]; }; }
