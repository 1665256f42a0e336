/**
 * The scans this tablet has taken and the server has not yet answered, in order, kept in IndexedDB.
 *
 * A scan counts as queued when its write is on the disk (`durability: "strict"`), not before. Two things are kept: the scans,
 * and the halt (why the queue stands still), because a reload must not let the rest run on.
 */

const SCANS = "scans";
const NOTES = "notes";

export class Queue {
  #database = null;
  #scans = [];
  #halt = null;
  #last = 0;
  #isOpen = false;

  /** False where the browser keeps no data: the queue then lives only as long as the page. */
  get durable() { return this.#database !== null; }
  get isOpen() { return this.#isOpen; }
  get scans() { return this.#scans; }
  get head() { return this.#scans[0]; }
  get halt() { return this.#halt; }

  async open() {
    try {
      this.#database = await opened();
      const [scans, halt] = await this.#write((store) => [store(SCANS).getAll(), store(NOTES).get("halt")]);
      this.#scans = scans;
      this.#halt = halt ?? null;
      this.#last = scans.length ? scans[scans.length - 1].seq : 0;
    } catch {
      this.#database = null;
    }
    this.#isOpen = true;
    return this;
  }

  /** Keep a scan behind all others. Resolves when it is on the disk. */
  async add(scan) {
    this.#last += 1;
    scan.seq = this.#last;
    try {
      await this.#write((store) => [store(SCANS).put(scan)]);
    } catch {
      this.#database = null; // a full or broken disk must not cost a scan; the page says that it keeps nothing
    }
    this.#scans.push(scan);
  }

  /** Keep what is about to be sent, so that a resend after a reload is the very same request. */
  async freeze(scan, sent) {
    scan.sent = sent;
    await this.#write((store) => [store(SCANS).put(scan)]);
  }

  /** Forget an answered scan and, in the same transaction, remember why the rest must stand still. */
  async settle(scan, halt = null) {
    await this.#write((store) => [
      store(SCANS).delete(scan.seq),
      halt ? store(NOTES).put(halt, "halt") : store(NOTES).delete("halt"),
    ]);
    this.#scans = this.#scans.filter((other) => other !== scan);
    this.#halt = halt;
  }

  async stand(halt) {
    await this.#write((store) => [store(NOTES).put(halt, "halt")]);
    this.#halt = halt;
  }

  async goOn() {
    await this.#write((store) => [store(NOTES).delete("halt")]);
    this.#halt = null;
  }

  /** Forget every waiting scan: only ever on a person's word. */
  async discard() {
    await this.#write((store) => [store(SCANS).clear(), store(NOTES).delete("halt")]);
    this.#scans = [];
    this.#halt = null;
  }

  /** Run requests in one transaction; resolves with their results once it is complete. */
  #write(work) {
    if (!this.#database) return Promise.resolve([[], undefined]);
    return new Promise((resolve, reject) => {
      const transaction = this.#database.transaction([SCANS, NOTES], "readwrite", { durability: "strict" });
      const requests = work((name) => transaction.objectStore(name));
      transaction.oncomplete = () => resolve(requests.map((request) => request.result));
      transaction.onabort = () => reject(transaction.error);
    });
  }
}

function opened() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("fahuo", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(SCANS, { keyPath: "seq" });
      request.result.createObjectStore(NOTES);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
