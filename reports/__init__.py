"""From labelled posts to shares with intervals, charts and prose."""

from reports.as_json import as_document
from reports.building import build
from reports.estimates import Share
from reports.markdown import render
from reports.report import Report
from reports.settings import ReportMeta, ReportSettings
from reports.writing import FORMATS, write

__all__ = ["FORMATS", "Report", "ReportMeta", "ReportSettings", "Share", "as_document", "build", "render", "write"]
