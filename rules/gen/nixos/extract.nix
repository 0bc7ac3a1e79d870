# How NixOS defines the services of daemons that have a proven baseline, with the
# fewest settings that each takes: the text of each unit by name.
#
#   nix-instantiate --eval --strict --json extract.nix --arg nixpkgs PATH
#
# Each text is kept in NAME.service, without the variables LOCALE_ARCHIVE and TZDIR, and
# with zeros for the hashes of store paths; units that do not run the daemon as it was run,
# such as those that run it as root, are left out. skip are services that cannot be
# evaluated, and modules are some to evaluate along with them.
{ nixpkgs, skip ? [ ], modules ? [ ] }:
let
  lib = import (nixpkgs + "/lib");
  # on switches a service on that takes no more than that.
  on = name: { ${name}.enable = true; };
  services = {
    aria2 = { aria2 = { enable = true; rpcSecretFile = "/run/aria2"; }; };
    alertmanager = { prometheus.alertmanager = { enable = true; configuration = { }; }; };
    avahi-daemon = on "avahi";
    beanstalkd = on "beanstalkd";
    bind = on "bind";
    bird = { bird = { enable = true; config = ""; checkConfig = false; }; };
    caddy = { caddy = { enable = true; configFile = "/etc/caddy/Caddyfile"; }; };
    chronyd = on "chrony";
    collectd = on "collectd";
    coturn = on "coturn";
    cron = { cron = { enable = true; systemCronJobs = [ "0 0 * * * root true" ]; }; };
    deluged = on "deluge";
    dnscrypt-proxy = on "dnscrypt-proxy";
    dnsdist = on "dnsdist";
    dnsmasq = on "dnsmasq";
    docker-registry = on "dockerRegistry";
    dovecot = on "dovecot2";
    etcd = on "etcd";
    fail2ban = on "fail2ban";
    freeradius = on "freeradius";
    gerbera = on "mediatomb";
    git-daemon = { gitDaemon = { enable = true; basePath = "/srv/git"; }; };
    haproxy = { haproxy = { enable = true; config = ""; }; };
    hitch = { hitch = { enable = true; backend = "[127.0.0.1]:80"; pem-files = [ "/run/pem" ]; }; };
    i2pd = on "i2pd";
    icecast = { icecast = { enable = true; hostname = "h"; admin.password = "x"; }; };
    influxdb = on "influxdb";
    inspircd = { inspircd = { enable = true; config = ""; }; };
    iperf3 = on "iperf3";
    keepalived = on "keepalived";
    knot = { knot = { enable = true; checkConfig = false; }; };
    "kresd@" = on "kresd";
    lighttpd = on "lighttpd";
    memcached = on "memcached";
    minidlna = on "minidlna";
    monit = on "monit";
    mosquitto = on "mosquitto";
    mpd = on "mpd";
    murmur = on "murmur";
    munin-node = on "munin-node";
    mysql = { mysql = { enable = true; }; };
    nats = on "nats";
    nginx = on "nginx";
    ngircd = { ngircd = { enable = true; config = ""; }; };
    nsd = { nsd = { enable = true; interfaces = [ ]; }; };
    opendkim = { opendkim = { enable = true; selector = "s"; }; };
    pdns-recursor = on "pdns-recursor";
    pdns = on "powerdns";
    pgbouncer = { pgbouncer = { enable = true; settings = { }; }; };
    postgresql = on "postgresql";
    postgrey = on "postgrey";
    privoxy = on "privoxy";
    prometheus = on "prometheus";
    prometheus-blackbox-exporter = { prometheus.exporters.blackbox = { enable = true; configFile = "/etc/blackbox"; }; };
    prometheus-mysqld-exporter = { prometheus.exporters.mysqld = { enable = true; configFile = "/etc/my.cnf"; }; };
    prometheus-redis-exporter = { prometheus.exporters.redis.enable = true; };
    prosody = { prosody = { enable = true; xmppComplianceSuite = false; }; };
    pushgateway = { prometheus.pushgateway.enable = true; };
    qbittorrent = on "qbittorrent";
    rabbitmq = on "rabbitmq";
    radicale = on "radicale";
    radvd = { radvd = { enable = true; config = ""; }; };
    redis = { redis.servers."".enable = true; };
    restic-rest-server = { restic.server.enable = true; };
    rspamd = on "rspamd";
    rsync = on "rsyncd";
    shadowsocks-libev = on "shadowsocks";
    openldap = { openldap = { enable = true; }; };
    samba-smbd = on "samba";
    snapserver = on "snapserver";
    snmpd = on "snmpd";
    spamd = on "spamassassin";
    squid = on "squid";
    sshd = on "openssh";
    sslh = on "sslh";
    stubby = { stubby = { enable = true; settings = { }; }; };
    stunnel = { stunnel = { enable = true; }; };
    syncthing = on "syncthing";
    syncthing-relay = { syncthing.relay.enable = true; };
    syslog = on "rsyslogd";
    tinyproxy = on "tinyproxy";
    tomcat = on "tomcat";
    tor = on "tor";
    transmission = on "transmission";
    udisks2 = on "udisks2";
    unbound = on "unbound";
    uwsgi = { uwsgi = { enable = true; }; };
    varnish = { varnish = { enable = true; config = ""; }; };
    vnstat = on "vnstat";
    vsftpd = { vsftpd = { enable = true; localUsers = true; }; };
    xandikos = on "xandikos";
    znc = on "znc";
    zookeeper = on "zookeeper";
    httpd = { httpd = { enable = true; adminAddr = "a@example.org"; }; };
    carbonCache = { graphite.carbon.enableCache = true; };
  };
  wanted = lib.filterAttrs (n: _: !(builtins.elem n skip)) services;
  system = import (nixpkgs + "/nixos/lib/eval-config.nix") {
    system = "x86_64-linux";
    modules = [
      ({ pkgs, ... }: {
        _module.check = false;
        networking.hostName = "h";
        networking.domain = "example.org";
        fileSystems."/" = { device = "/dev/sda"; fsType = "ext4"; };
        boot.loader.grub.enable = false;
        system.stateVersion = lib.trivial.release;
        services.mysql.package = pkgs.mariadb;
        services.httpd.virtualHosts = { };
        nixpkgs.config = { allowUnfree = true; allowBroken = true; allowUnsupportedSystem = true; allowInsecurePredicate = _: true; };
      })
    ] ++ map (s: { services = s; }) (lib.attrValues wanted) ++ modules;
  };
  try = x: let r = builtins.tryEval (builtins.deepSeq x x); in if r.success then r.value else null;
in
lib.mapAttrs (name: _: try (builtins.unsafeDiscardStringContext system.config.systemd.units."${name}.service".text)) wanted
