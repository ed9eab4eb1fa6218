import ArgumentParser
import CooperationModel
import Foundation
import TopicBus

/// Copies the log while services go on.
struct BackupCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup", abstract: "Copies the log, as of one moment, into a new file; services go on.")
  @OptionGroup var suite: SuiteOptions
  @Argument(help: "The file to be made.") var file: String

  func run(at desk: Desk) async throws {
    let size = fileSize(try desk.busFile())
    let watch = Task {
      let progress = ProgressLine(desk.say(fr: "sauvegarde", en: "backup"))
      while (try? await Task.sleep(for: .milliseconds(200))) != nil {
        let done = fileSize(file + ".part")
        progress.update(done, of: size, "\(done >> 20) MB")
      }
      progress.finish()
    }
    defer { watch.cancel() }
    try await desk.withLog { try await Bourse.backUp($0, to: file) }
    try desk.console.show(BackupReport(file: file, bytes: fileSize(file))) {
      desk.say(fr: "Sauvegardé dans \(file).\n", en: "Backed up into \(file).\n")
    }
  }
}

/// Lets a backup take the log's place.
struct RestoreCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore", abstract: "Lets a backup take the log's place; services must be stopped.",
    discussion: """
      The log that was there, if any, stays beside it. The restored log gets an id of its own, so that every service builds its \
      tables anew.
      """)
  @OptionGroup var suite: SuiteOptions
  @Argument(help: "The backup.") var file: String

  func run(at desk: Desk) async throws {
    guard FileManager.default.fileExists(atPath: file) else {
      throw Failure.missing(desk.say(fr: "il n’y a pas de fichier \(file)", en: "there is no file \(file)"))
    }
    let path = try desk.busFile()
    try FileManager.default.createDirectory(
      atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path, withIntermediateDirectories: true)
    let id = UUID().uuidString.lowercased()
    let replaced = try await Bourse.restore(file, to: path) { bus in
      var book = try await SettingsBook(bus)
      try await book.set(.log, try JSONValue(encoding: LogSettings(id: id)), at: desk.now)
    }
    try desk.console.show(RestoreReport(log: path, id: id, replaced: replaced)) {
      let kept = replaced.map { desk.say(fr: " L’ancien est \($0).", en: " The former one is \($0).") } ?? ""
      return desk.say(
        fr: "\(path) est rétabli, sous l’identité \(id).\(kept)\n", en: "Restored \(path), with the id \(id).\(kept)\n")
    }
  }
}

private struct BackupReport: Encodable {
  var file: String
  var bytes: Int64
}

private struct RestoreReport: Encodable {
  var log: String
  var id: String
  var replaced: String?
}

/// In bytes; 0 when there is none.
func fileSize(_ path: String) -> Int64 {
  let attributes = try? FileManager.default.attributesOfItem(atPath: path)
  return (attributes?[.size] as? NSNumber)?.int64Value ?? 0
}
