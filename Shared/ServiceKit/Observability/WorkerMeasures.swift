/// A worker's figures: how much it does, how long it takes, and how far a restore has come.
package struct WorkerMeasures: Sendable {
  private let records: Counter
  private let outputs: Counter
  private let commits: Counter
  private let commitSeconds: Histogram
  private let batchSeconds: Histogram
  private let restored: Gauge

  package init(_ metrics: Metrics, processor: String) {
    let labels: KeyValuePairs = ["processor": processor]
    records = metrics.counter("bourse_records_total", "Input records whose commit was acknowledged.", labels)
    outputs = metrics.counter("bourse_outputs_total", "Records written by acknowledged commits.", labels)
    commits = metrics.counter("bourse_commits_total", "Acknowledged commits.", labels)
    commitSeconds = metrics.histogram("bourse_commit_seconds", "Time from a commit to its acknowledgement.", labels)
    batchSeconds = metrics.histogram(
      "bourse_batch_seconds", "Time from taking a batch, a result or a timer to its acknowledged commit.", labels)
    restored = metrics.gauge(
      "bourse_restored_ratio", "How much of the state of the partitions that came last has been read, 0 to 1.", labels)
  }

  func note(records: Int, outputs: Int, commit: Duration, batch: Duration) {
    self.records.add(records)
    self.outputs.add(outputs)
    commits.add()
    commitSeconds.observe(commit)
    batchSeconds.observe(batch)
  }

  /// Offsets without a record make it stay below 1 until the end is reached.
  func noteRestore(_ done: Int64, of all: Int64) { restored.set(all > 0 ? min(1, Double(done) / Double(all)) : 1) }
}
