@echo off
rem Drop site files on this file: they are checked and Word opens with the report.
chcp 65001 >nul
cd /d "%~dp0"
if "%~1"=="" (
  start "" notepad "%~dp0README.txt"
  exit /b 2
)
"%~dp0python\python.exe" -X utf8 -m zoning check %* --base "%~dp0base" --open
pause
