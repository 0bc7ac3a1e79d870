{ lib, ... }:
let
  jobs = { alpha = { port = 8001; user = "a"; }; beta = { port = 8002; user = null; }; };
in
{
  systemd.services = lib.mapAttrs' (n: j: lib.nameValuePair "generated-${n}" {
    serviceConfig = {
      ExecStart = lib.escapeShellArgs [ "/bin/serve" "--port" (toString j.port) ];
    } // lib.optionalAttrs (j.user != null) { User = j.user; } // lib.optionalAttrs (j.user == null) { DynamicUser = true; };
  }) jobs;
}
