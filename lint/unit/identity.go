package unit

import "strings"

// Who says whose rights the commands of a service have.
type Who uint8

// Whose rights they are.
const (
	Anyone  Who = iota // not known
	Root               // root
	Named              // the user that User= names, who is not root
	Dynamic            // a user that systemd allocates for the service
)

// An Identity is what a service runs as, prefixes of single commands aside.
type Identity struct {
	Who Who
	// Name is the name or number of a Named user.
	Name string
	// At is the setting that decides it, with its condition; the zero Setting if
	// that is not in the project, or a default.
	At Setting
}

// Root reports whether the service certainly runs as root.
func (i Identity) Root() bool { return i.Who == Root }

// Ordinary reports whether it certainly runs as another user than root, whatever
// the conditions are.
func (i Identity) Ordinary() bool { return (i.Who == Named || i.Who == Dynamic) && i.At.When == nil }

// RunsAs is what the service runs as (systemd.exec(5), User= and DynamicUser=). A
// user named root turns DynamicUser= off, since it exists. A unit of a user's
// manager runs as that user, who is not known.
func (u *Unit) RunsAs() Identity {
	if u.identity == nil {
		found := u.findIdentity()
		u.identity = &found
	}
	return *u.identity
}

func (u *Unit) findIdentity() Identity {
	if u.OfUser() {
		return Identity{}
	}
	user, isSet := u.decided("User")
	dynamic, isOn := u.On("DynamicUser")
	if text, set, known := u.Effective("Service", "DynamicUser"); !isOn && set && known && isTrue(text) {
		isOn = true
	}
	switch {
	case isSet && isRoot(user.Text) && user.Text != "":
		return Identity{Who: Root, At: user}
	case isOn:
		return Identity{Who: Dynamic, At: dynamic}
	case isSet && !isRoot(user.Text) && !strings.Contains(user.Text, "%"):
		return Identity{Who: Named, Name: user.Text, At: user}
	case u.MayBeOn("DynamicUser"):
		return Identity{}
	case isSet && user.Text == "", u.Lacks("Service", "User"):
		return Identity{Who: Root}
	}
	return Identity{}
}

// isRoot reports whether a value of User= is root, which is the default.
func isRoot(user string) bool { return user == "" || user == "root" || user == "0" }

// decided is the value of a directive of [Service] of which the last line counts,
// with its place if the project sets it.
func (u *Unit) decided(key string) (Setting, bool) {
	if at, ok := u.Setting("Service", key); ok {
		return at, true
	}
	text, set, known := u.Effective("Service", key)
	at := Setting{}
	at.Key, at.Text = key, text
	return at, set && known
}
