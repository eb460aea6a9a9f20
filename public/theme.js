// Sets the chosen theme before the first paint; app/studio/frame/ThemeSwitch.tsx stores it.
try {
  const theme = JSON.parse(localStorage.getItem('decant.theme') ?? 'null')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
  // Without storage the system's theme stands.
}
