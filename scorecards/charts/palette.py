"""The colours of the charts, by the names that static/css/portal.css gives them."""

# name: (light, dark). A figure holds the light value; the page and the files show the mode's own.
PALETTE = {
    "ink": ("#16202b", "#e9edf2"),
    "ink-soft": ("#4d5a67", "#a9b4c0"),
    "paper": ("#ffffff", "#11161c"),
    "wash": ("#f4f6f8", "#19212a"),
    "line": ("#d5dde5", "#2c3743"),
    "xuat-sac": ("#064a2e", "#2fc183"),
    "tot": ("#237f57", "#8adcb5"),
    "kha": ("#2a6cb0", "#76b3ec"),
    "trung-binh": ("#8f5d00", "#f0b654"),
    "yeu": ("#b83c22", "#f59a82"),
    "kem": ("#7c1d12", "#f0604f"),
    # Units side by side, after the first in ink: no class, so none of the classes' colours.
    "second": ("#0072b2", "#56b4e9"),
    "third": ("#c2500a", "#f0a14a"),
    "fourth": ("#8e3f8c", "#e09adf"),
    "none": ("#66727e", "#98a4b0"),
    # From low to high, one hue: on the first three stands ink, on the last two paper.
    "step-1": ("#efe9f6", "#281f38"),
    "step-2": ("#d6c8e9", "#43325f"),
    "step-3": ("#bfabdd", "#61478d"),
    "step-4": ("#7350a6", "#bea8e6"),
    "step-5": ("#452478", "#e8dff9"),
    "up": ("#0b4f8a", "#8fc3f5"),
    "down": ("#a1151c", "#f0787c"),
}
LIGHT = {name: light for name, (light, _dark) in PALETTE.items()}
NAME_OF = {light: name for name, light in LIGHT.items()}
