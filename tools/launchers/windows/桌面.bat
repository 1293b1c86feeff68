@echo off
rem The page: closes with this window.
chcp 65001 >nul
cd /d "%~dp0"
"%~dp0python\python.exe" -X utf8 -m zoning serve --base "%~dp0base"
pause
