{ lib, ... }:
{
  imports = [
    { systemd.services.order.serviceConfig.SystemCallFilter = lib.mkAfter [ "~@privileged" ]; }
    { systemd.services.order.serviceConfig.SystemCallFilter = lib.mkBefore [ "@system-service" ]; }
    { systemd.services.order.serviceConfig.SystemCallFilter = [ "@mount" ]; }
  ];
  systemd.services.order.serviceConfig.ExecStart = "/bin/order";
}
