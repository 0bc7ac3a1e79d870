package unitfile

import "strings"

// SpecialTargets are the targets of the system manager that units are ordered by or
// installed in (systemd.special(7)). The caller must not change them.
func SpecialTargets() []string { return specialTargets }

var specialTargets = strings.Fields(`
	basic.target bluetooth.target cryptsetup-pre.target cryptsetup.target default.target
	emergency.target exit.target final.target first-boot-complete.target getty-pre.target getty.target
	graphical.target halt.target hibernate.target hybrid-sleep.target initrd-fs.target
	initrd-root-device.target initrd-root-fs.target initrd-switch-root.target initrd-usr-fs.target
	initrd.target integritysetup-pre.target integritysetup.target kexec.target local-fs-pre.target
	local-fs.target machines.target multi-user.target network-online.target network-pre.target
	network.target nss-lookup.target nss-user-lookup.target paths.target poweroff.target printer.target
	reboot.target remote-cryptsetup.target remote-fs-pre.target remote-fs.target
	remote-veritysetup.target rescue.target rpcbind.target shutdown.target sigpwr.target sleep.target
	slices.target smartcard.target sockets.target soft-reboot.target sound.target suspend.target
	suspend-then-hibernate.target swap.target sysinit.target system-update-pre.target
	system-update.target time-set.target time-sync.target timers.target umount.target
	usb-gadget.target veritysetup-pre.target veritysetup.target`)
