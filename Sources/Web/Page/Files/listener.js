// Runs where the browser handles sound: hands on what the microphone hears, 20 to 50 times a second.

registerProcessor("listener", class extends AudioWorkletProcessor {
  constructor() {
    super();
    this.sound = new Float32Array(1024);
    this.count = 0;
  }

  process([input]) {
    const samples = input[0];
    if (!samples) return true;
    // 128 at a time, of which 1024 is a multiple.
    this.sound.set(samples, this.count);
    this.count += samples.length;
    if (this.count >= this.sound.length) {
      this.port.postMessage(this.sound);
      this.sound = new Float32Array(1024);
      this.count = 0;
    }
    return true;
  }
});
