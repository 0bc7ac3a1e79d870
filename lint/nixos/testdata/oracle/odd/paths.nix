{ lib, ... }:
lib.setAttrByPath [ "systemd" "services" "paths" "serviceConfig" ] {
  ExecStart = "/bin/paths";
  Nice = lib.attrByPath [ "a" "b" ] 9 { a.b = 2; };
}
