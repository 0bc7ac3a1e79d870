rec {
  systemd.services.recursiona.serviceConfig = { ExecStart = "/bin/recursion"; Nice = 3; };
  systemd.services.recursionb.serviceConfig = systemd.services.recursiona.serviceConfig // { Nice = 4; };
}
