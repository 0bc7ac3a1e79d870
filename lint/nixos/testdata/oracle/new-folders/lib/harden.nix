{ PrivateTmp = true; ProtectHome = true; SystemCallFilter = [ "@system-service" "~@privileged" ]; }
