// Two rising notes: something good that nobody was looking for. Never the only sign, and silent when sound is off.
import { isMuted } from "./voice";

const NOTES_HZ = [880, 1175];
const NOTE_S = 0.16;

export function chime(): void {
  if (isMuted() || typeof AudioContext === "undefined") return;
  try {
    const context = new AudioContext();
    NOTES_HZ.forEach((frequency, index) => play(context, frequency, context.currentTime + index * NOTE_S));
    setTimeout(() => void context.close(), 1000);
  } catch {
    // A device without sound still shows the card.
  }
}

function play(context: AudioContext, frequency: number, at: number): void {
  const note = context.createOscillator();
  const volume = context.createGain();
  note.frequency.value = frequency;
  volume.gain.setValueAtTime(0.0001, at);
  volume.gain.exponentialRampToValueAtTime(0.4, at + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, at + NOTE_S * 1.6);
  note.connect(volume).connect(context.destination);
  note.start(at);
  note.stop(at + NOTE_S * 1.7);
}
