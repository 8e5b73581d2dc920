import { useEffect, useState } from "preact/hooks"

const THEMES = ["auto", "light", "dark"] as const
const KEY = "pipeline-report-theme"

type Theme = (typeof THEMES)[number]

/** Light, dark, or as the system has it; remembered where the browser allows that. */
export function ThemeButton() {
  const [theme, setTheme] = useState(remembered)
  useEffect(() => {
    document.documentElement.dataset.theme = theme
    remember(theme)
  }, [theme])
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? "auto"
  return (
    <button
      class="theme"
      onClick={() => setTheme(next)}
      aria-label={`Theme: ${theme}. Change to ${next}`}
    >
      {{ auto: "◐ Auto", light: "○ Light", dark: "● Dark" }[theme]}
    </button>
  )
}

function remembered(): Theme {
  try {
    const name = localStorage.getItem(KEY)
    return THEMES.find((theme) => theme === name) ?? "auto"
  } catch {
    // A browser may keep nothing for files.
    return "auto"
  }
}

function remember(theme: Theme): void {
  try {
    localStorage.setItem(KEY, theme)
  } catch {
    // A browser may keep nothing for files.
  }
}
