package chromium

import "fmt"

// Inaccessible is what keeps people from using the page as it is shown: controls without
// a name for screen readers, text with less contrast than WCAG 2.2 requires at level AA,
// IDs that are there twice, and a focus that leaves the order of the page.
func (p *Page) Inaccessible() ([]string, error) {
	var found []string
	if err := p.Eval(looks, &found); err != nil {
		return nil, err
	}
	nameless, err := p.nameless()
	return append(found, nameless...), err
}

// nameless are the controls without a name.
func (p *Page) nameless() ([]string, error) {
	type value struct{ Value any }
	var tree struct {
		Nodes []struct {
			Ignored    bool
			Role, Name value
			Properties []struct {
				Name  string
				Value value
			}
		}
	}
	if err := p.call("Accessibility.getFullAXTree", nil, &tree); err != nil {
		return nil, err
	}
	var out []string
	for _, n := range tree.Nodes {
		for _, property := range n.Properties {
			if property.Name == "focusable" && property.Value.Value == true && !n.Ignored && (n.Name.Value == nil || n.Name.Value == "") {
				out = append(out, fmt.Sprintf("a %v has no name", n.Role.Value))
			}
		}
	}
	return out, nil
}

// looks lists what can be read off the elements. Large text requires less contrast:
// https://www.w3.org/TR/WCAG22/#contrast-minimum
const looks = `(() => {
	const out = new Set();
	const parse = (color) => {
		const [r, g, b, alpha = 1] = color.match(/[\d.]+/g).map(Number);
		return color.startsWith("color(") ? [r * 255, g * 255, b * 255, alpha] : [r, g, b, alpha];
	};
	const over = (top, below, opacity = 1) => [0, 1, 2].map((i) => top[i] * top[3] * opacity + below[i] * (1 - top[3] * opacity));
	const ancestors = (e) => e ? [...ancestors(e.parentElement), e] : [];
	const canvas = matchMedia("(prefers-color-scheme: dark)").matches && getComputedStyle(document.documentElement).colorScheme.includes("dark") ? [18, 18, 18] : [255, 255, 255];
	const ground = (e) => ancestors(e).reduce((below, a) => over(parse(getComputedStyle(a).backgroundColor), below), canvas);
	const light = (color) => {
		const [r, g, b] = color.map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (texts.nextNode()) {
		const text = texts.currentNode.data.trim(), e = texts.currentNode.parentElement;
		if (!text || !e.checkVisibility({ visibilityProperty: true }) || e.closest(":disabled, script, style, textarea, option")) continue;
		const style = getComputedStyle(e), below = ground(e), size = parseFloat(style.fontSize);
		const opacity = ancestors(e).reduce((all, a) => all * getComputedStyle(a).opacity, 1);
		const [a, b] = [light(over(parse(style.color), below, opacity)), light(below)];
		const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
		if (contrast < (size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5)) out.add("the contrast of \"" + text.slice(0, 40) + "\" is " + contrast.toFixed(2));
	}
	const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
	ids.filter((id, i) => ids.indexOf(id) !== i).forEach((id) => out.add("the ID " + id + " is there twice"));
	document.querySelectorAll("[tabindex]").forEach((e) => { if (e.tabIndex > 0) out.add("the focus leaves the order of the page at " + e.id); });
	return [...out];
})()`
