import CooperationModel
import Foundation

extension ExportTemplates {
  /// The environment variable that names the folder.
  package static let folderVariable = "BOURSE_APD_TEMPLATES"

  /// Reads every template of the folder.
  package static func load(from folder: URL) throws -> ExportTemplates {
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    return ExportTemplates(
      try files.filter { $0.pathExtension == "csv" }.map { file in
        try ExportTemplate(file: file.lastPathComponent, csv: Data(contentsOf: file))
      })
  }

  /// Finds the folder: the one that `BOURSE_APD_TEMPLATES` names; else `apd-templates` beside the executable; else
  /// `../share/bourse-projets/apd-templates`; else that of a checkout above the executable.
  package static func locate(
    environment: [String: String] = ProcessInfo.processInfo.environment, executable: URL? = Bundle.main.executableURL
  ) throws(ExportTemplate.Fault) -> URL {
    var candidates: [URL] = []
    if let named = environment[folderVariable], !named.isEmpty {
      candidates = [URL(filePath: named, directoryHint: .isDirectory)]
    } else if let home = executable?.resolvingSymlinksInPath().deletingLastPathComponent() {
      candidates = [
        home.appending(path: "apd-templates"),
        home.deletingLastPathComponent().appending(path: "share/bourse-projets/apd-templates"),
      ]
      var above = home
      while above.pathComponents.count > 1 {
        candidates.append(above.appending(path: "Services/APDCollector/Templates"))
        above = above.deletingLastPathComponent()
      }
    }
    guard
      let found = candidates.first(where: { folder in
        FileManager.default.fileExists(atPath: folder.appending(path: "declarations-1990.csv").path())
      })
    else {
      throw ExportTemplate.Fault(
        file: "declarations-1990.csv", line: 0,
        reason: "no folder of export templates: set \(folderVariable) to the one that holds this file")
    }
    return found
  }
}
