// Asks the bridge whether this page is out of date, and shows the new one when it is.
const main = document.querySelector('[data-revision]');
const seen = main.dataset.revision;
let leaving = false;

// The form's own answer is the next page; a reload of this one would take its place.
document.addEventListener('submit', () => {
  leaving = true;
});

async function outOfDate() {
  const response = await fetch(`${location.pathname}/change?seen=${seen}`, { cache: 'no-store' });
  if (!response.ok) return true;
  const { revision } = await response.json();
  return String(revision) !== seen;
}

async function watch() {
  for (;;) {
    try {
      const outdated = await outOfDate();
      if (leaving) return;
      if (outdated) {
        location.replace(location.pathname);
        return;
      }
    } catch {
      // The bridge is being restarted, or this page is being left.
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}

watch();
