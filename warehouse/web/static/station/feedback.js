/** What a worker hears, feels and sees at the edge of the eye: a tone for each meaning, vibration, a short flash. No sound files. */

const TONES = {
  ok: [{ hertz: 1320, at: 0, seconds: 0.09, shape: "sine" }],
  step: [{ hertz: 880, at: 0, seconds: 0.11, shape: "sine" }, { hertz: 1760, at: 0.13, seconds: 0.18, shape: "sine" }],
  stop: [{ hertz: 196, at: 0, seconds: 0.32, shape: "square" }, { hertz: 147, at: 0.36, seconds: 0.55, shape: "square" }],
  call: [{ hertz: 740, at: 0, seconds: 0.14, shape: "sine" }, { hertz: 740, at: 0.2, seconds: 0.14, shape: "sine" }, { hertz: 988, at: 0.4, seconds: 0.3, shape: "sine" }],
  soft: [{ hertz: 520, at: 0, seconds: 0.05, shape: "triangle", loudness: 0.35 }],
};
const BUZZ = { stop: [250, 80, 250, 80, 400], step: [60, 60, 60], call: [120, 80, 120] };

let context = null;
let volume = 1;

/** Prepare the sound; browsers stay silent until a first touch, and the button says so until then. */
export function prepare({ loudness, button }) {
  volume = loudness;
  const Context = window.AudioContext ?? window.webkitAudioContext;
  if (!Context || volume <= 0) return;
  context = new Context();
  // Kept in its place when it is of no more use: a bar that moves under the finger loses the tap.
  const tell = () => { button.toggleAttribute("data-idle", context.state === "running"); };
  const wake = () => context.resume().then(tell, () => {});
  for (const event of ["pointerdown", "keydown"]) document.addEventListener(event, wake, { capture: true, passive: true });
  context.onstatechange = tell;
  tell();
}

/** Sound, vibration and flash for `sound` (ok | step | stop | call | soft | none) in the colour of `tone`. */
export function signal(sound, tone, floor) {
  play(sound);
  if (BUZZ[sound]) navigator.vibrate?.(BUZZ[sound]);
  if (!tone || !floor) return;
  floor.dataset.tone = tone;
  delete floor.dataset.flash;
  void floor.offsetWidth; // lets the same animation begin again
  floor.dataset.flash = "";
}

function play(name) {
  if (context?.state !== "running") return;
  for (const { hertz, at, seconds, shape, loudness = 1 } of TONES[name] ?? []) {
    const oscillator = context.createOscillator();
    const gain = context.createGain();
    const start = context.currentTime + at;
    oscillator.type = shape;
    oscillator.frequency.value = hertz;
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(volume * loudness, start + 0.008);
    gain.gain.setValueAtTime(volume * loudness, start + seconds - 0.02);
    gain.gain.linearRampToValueAtTime(0, start + seconds);
    oscillator.connect(gain).connect(context.destination);
    oscillator.start(start);
    oscillator.stop(start + seconds);
  }
}
