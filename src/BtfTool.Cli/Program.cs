using BtfTool.Cli;

return CommandLine.Run(args);
